using ProcImage.CommandLine;
using ProcImage.Controller;

namespace ProcImage.Tests.Unit.CommandLine;

public class InformationTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("-?")]
    [InlineData("-?f --wrong")]
    [InlineData("-p x --help")]
    [InlineData("operand --help")]
    [InlineData("-ad --help --version")]
    public void Help_wins_over_what_else_is_given(string line) =>
        Assert.StartsWith("Usage: controller [OPTION...]\n", Controller(line), StringComparison.Ordinal);

    [Theory]
    [InlineData("--version")]
    [InlineData("-V")]
    [InlineData("-fV --help")]
    public void Version(string line)
    {
        Assert.Matches(@"\Acontroller \(ProcImage\) \d+\.\d+\.\d+\n\z", Controller(line));
        Assert.Matches(@"\Aproc_image \(ProcImage\) \d+\.\d+\.\d+\n\z", Loader("--version"));
    }

    [Fact]
    public void Usage_of_the_controller() =>
        Assert.Equal(
            """
            Usage: controller [-adflrSm?V] [-p PID] [-P TGID] [-c CPUID] [-k 0|1] [-s N]
                        [-t SEC] [--activate] [--deactivate] [--finish] [--status] [--json]
                        [--pid=PID] [--tgid=TGID] [--cpuid=CPUID] [--keytime=0|1] [--lock]
                        [--resource] [--syscall=N] [--schedule] [--follow] [--myproc]
                        [--time=SEC] [--bpffs=DIR] [--help] [--usage] [--version]

            """,
            Controller("--usage"));

    [Fact]
    public void Usage_of_the_loader() =>
        Assert.Equal(
            """
            Usage: proc_image [-aklrsS?V] [--all] [--keytime] [--lock] [--resource]
                        [--syscall] [--schedule] [--listen=ADDR:PORT] [--linger=SEC]
                        [--max-series=N] [--standby] [--keep] [--group=GROUP] [--quiet]
                        [--check] [--bpffs=DIR] [--help] [--usage] [--version]

            """,
            Loader("--usage"));

    [Fact]
    public void Help_of_the_controller()
    {
        var help = Controller("--help");
        Assert.Contains("\nActions:\n  -a, --activate             start collecting; ", help, StringComparison.Ordinal);
        Assert.Contains("\nTargets (without one: every process):\n  -p, --pid=PID ", help, StringComparison.Ordinal);
        Assert.Contains("\nImages:\n  -k, --keytime=0|1          key times; ", help, StringComparison.Ordinal);
        Assert.Contains("\nPolicy:\n      --follow ", help, StringComparison.Ordinal);
        Assert.Contains(
            "\nOther:\n      --bpffs=DIR            pin directory (default /sys/fs/bpf/proc_image)\n",
            help,
            StringComparison.Ordinal);
        Assert.Contains("\n  -?, --help                 print this help and exit\n", help, StringComparison.Ordinal);
        Assert.EndsWith(
            """

            Exit status:
              0  done
              1  failed
              2  wrong usage
              3  this kernel or these privileges cannot do it
              4  another loader is at work in the same pin directory
              5  nothing is preloaded

            """,
            help,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Help_of_the_loader_tells_the_defaults()
    {
        var help = string.Join(' ', Loader("-?").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("(default 127.0.0.1:19435)", help, StringComparison.Ordinal);
        Assert.Contains("(default 300, at most 86400)", help, StringComparison.Ordinal);
        Assert.Contains("(default 20000)", help, StringComparison.Ordinal);
        Assert.Contains("(default /sys/fs/bpf/proc_image)", help, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Help_and_usage_name_every_option_in_80_columns(CommandTable table)
    {
        var help = HelpText.Of(table);
        var usage = UsageText.Of(table);
        Assert.All((help + usage).Split('\n'), line => Assert.InRange(line.Length, 0, 79));
        Assert.All((help + usage).Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
        Assert.All(table.Rows, row => Assert.Contains($" {row.Dashed}", help, StringComparison.Ordinal));
        Assert.All(table.Rows, row => Assert.Contains($"[{row.Dashed}", usage, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void No_name_is_given_twice(CommandTable table)
    {
        Assert.Distinct(table.Rows.Select(row => row.Name));
        Assert.Distinct(table.Rows.Select(row => row.Letter).Where(letter => letter is not null));
    }

    public static TheoryData<CommandTable> Tables() =>
        new(LoaderCommandLine.Command.Table, ControllerCommandLine.Command.Table);

    private static string Controller(string line) =>
        Ran.With(ControllerCommandLine.Command, Words.Of(line)).AssertInformed();

    private static string Loader(string line) =>
        Ran.With(LoaderCommandLine.Command, Words.Of(line)).AssertInformed();
}
