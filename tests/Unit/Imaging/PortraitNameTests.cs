using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class PortraitNameTests
{
    [Fact]
    public void A_name_that_was_taken_away_while_no_loader_was_there_is_gone()
    {
        var portrait = new Portrait(new Subject(42, 0, 1009));
        portrait.Recall(new Shown { Comm = Records.Name("worker") });
        Assert.Equal("worker", portrait.Comm);
        portrait.Die(new ProcessRecord { Comm = Records.Name("") }, default, now: 2003);
        Assert.Equal("", portrait.Comm);
    }
}
