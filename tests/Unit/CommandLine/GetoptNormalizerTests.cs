using ProcImage.CommandLine;

namespace ProcImage.Tests.Unit.CommandLine;

public class GetoptNormalizerTests
{
    private static readonly OptionRow[] _rows =
    [
        new Flag('r', "resource", ""),
        new Flag('S', "schedule", ""),
        new Flag('l', "lock", "", "contention"),
        new Flag('?', "help", "") { Informs = true },
        new Valued<string>('p', "pid", "PID", "", (_, text) => text),
        new Valued<string>('t', "time", "SEC", "", (_, text) => text),
    ];

    [Theory]
    [InlineData("", "")]
    [InlineData("-r", "--resource")]
    [InlineData("-rS", "--resource --schedule")]
    [InlineData("-r -r", "--resource --resource")]
    [InlineData("-rSp1234", "--resource --schedule --pid=1234")]
    [InlineData("-rSp 1234 -S", "--resource --schedule --pid=1234 --schedule")]
    [InlineData("-lr --lock=contention -S", "--lock --resource --lock=contention --schedule")]
    [InlineData("-p1234", "--pid=1234")]
    [InlineData("-p 1234", "--pid=1234")]
    [InlineData("--pid=1234", "--pid=1234")]
    [InlineData("--pid 1234", "--pid=1234")]
    [InlineData("-p=1", "--pid==1")]
    [InlineData("--pid==1", "--pid==1")]
    [InlineData("-p:1", "--pid=:1")]
    [InlineData("-pid", "--pid=id")]
    [InlineData("-prS", "--pid=rS")]
    [InlineData("-t -1", "--time=-1")]
    [InlineData("-t --pid -S", "--time=--pid --schedule")]
    [InlineData("-t -- -S", "--time=-- --schedule")]
    [InlineData("-t @file", "--time=@file")]
    [InlineData("x -r y", "--resource -- x y")]
    [InlineData("-r -- -S --pid=1", "--resource -- -S --pid=1")]
    [InlineData("-r --", "--resource")]
    [InlineData("-", "-- -")]
    [InlineData("/h", "-- /h")]
    [InlineData("[x]", "-- [x]")]
    [InlineData("@file", "-- @file")]
    [InlineData("-p x --help --wrong", "--help")]
    [InlineData("-r? --wrong", "--help")]
    public void Accepts_what_getopt_accepts(string given, string expected) =>
        Assert.Equal(Words.Of(expected), GetoptNormalizer.Normalize(Words.Of(given), _rows));

    [Theory]
    [InlineData("-x", "unknown option '-x'")]
    [InlineData("-rx", "unknown option '-x' in '-rx'")]
    [InlineData("-r=1", "unknown option '-=' in '-r=1'")]
    [InlineData("--lock=", "--lock takes no value, but was given ''")]
    [InlineData("--lock=exact", "--lock takes no value, but was given 'exact'")]
    [InlineData("--lock contention --wrong", "unknown option '--wrong'")]
    [InlineData("--wrong", "unknown option '--wrong'")]
    [InlineData("--wrong=1", "unknown option '--wrong'")]
    [InlineData("--wrong --help", "unknown option '--wrong'")]
    [InlineData("--pi=1", "unknown option '--pi'")]
    [InlineData("--pid:1", "unknown option '--pid:1'")]
    [InlineData("--PID=1", "unknown option '--PID'")]
    [InlineData("--p=1", "unknown option '--p'")]
    [InlineData("--=1", "unknown option '--'")]
    [InlineData("---", "unknown option '---'")]
    [InlineData("--resource=1", "--resource takes no value, but was given '1'")]
    [InlineData("--resource=", "--resource takes no value, but was given ''")]
    [InlineData("-p", "-p, --pid needs a value: --pid=PID")]
    [InlineData("-rSp", "-p, --pid needs a value: --pid=PID")]
    [InlineData("--pid", "-p, --pid needs a value: --pid=PID")]
    [InlineData("--pid=", "-p, --pid needs a value: --pid=PID")]
    [InlineData("--pid=5 --pid=", "-p, --pid needs a value: --pid=PID")]
    public void Refuses_what_getopt_refuses(string given, string message)
    {
        var refused = Assert.Throws<CommandException>(() => GetoptNormalizer.Normalize(Words.Of(given), _rows));
        Assert.Equal(message, refused.Message);
        Assert.Equal(ExitStatus.Usage, refused.Status);
    }

    [Fact]
    public void An_empty_word_is_an_operand() =>
        Assert.Equal(["--resource", "--", ""], GetoptNormalizer.Normalize(["", "-r"], _rows));
}
