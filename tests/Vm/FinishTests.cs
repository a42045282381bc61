namespace ProcImage.Tests.Vm;

public sealed class FinishTests(Machines machines) : VmTest(machines)
{
    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Nothing_is_left_behind(string kernel)
    {
        var report = await ReportOf(kernel);
        Assert.StartsWith("finished: ", report.Text("finish"), StringComparison.Ordinal);
        Assert.Equal(0, report.Number("loader.ended"));
        Assert.Equal("", report.Text("left"));
        Assert.Equal(report.Text("objects.before"), report.Text("objects.after"));
    }
}
