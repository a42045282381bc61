using ProcImage.Abi;
using ProcImage.Controller;

namespace ProcImage.Tests.Unit.CommandLine;

public class ControllerCommandLineTests
{
    private const string NeedsImage = "name at least one image: -k -l -r -s -S";
    private const string NotIdle =
        "--pid=0 is the idle task of a CPU: say of which one with -c, --cpuid=CPUID";

    private const string NeedsVerb =
        "say what to do: name images to activate (-k -l -r -s -S), or give -d, -f or --status";

    [Theory]
    [InlineData("-r", Verb.Activate, TargetKind.All, 0, ImageSet.Resource)]
    [InlineData("-ar", Verb.Activate, TargetKind.All, 0, ImageSet.Resource)]
    [InlineData("-rS", Verb.Activate, TargetKind.All, 0, ImageSet.Resource | ImageSet.Schedule)]
    [InlineData("-rSp1234", Verb.Activate, TargetKind.Thread, 1234, ImageSet.Resource | ImageSet.Schedule)]
    [InlineData("-rp 1", Verb.Activate, TargetKind.Thread, 1, ImageSet.Resource)]
    [InlineData("-l --pid=4194304", Verb.Activate, TargetKind.Thread, 4194304, ImageSet.Lock)]
    [InlineData("--lock=contention -p12", Verb.Activate, TargetKind.Thread, 12, ImageSet.Lock)]
    [InlineData("-l --pid 0012", Verb.Activate, TargetKind.Thread, 12, ImageSet.Lock)]
    [InlineData("-P7 -k1 -s20 -lrS", Verb.Activate, TargetKind.Process, 7, ImageSet.All)]
    [InlineData("--tgid 7 --keytime 0", Verb.Activate, TargetKind.Process, 7, ImageSet.Keytime)]
    [InlineData("-k 1 -p7", Verb.Activate, TargetKind.Thread, 7, ImageSet.Keytime | ImageSet.Ledger)]
    [InlineData("-p5 -p6 -r", Verb.Activate, TargetKind.Thread, 6, ImageSet.Resource)]
    [InlineData("-d", Verb.Deactivate, TargetKind.All, 0, ImageSet.None)]
    [InlineData("-dd", Verb.Deactivate, TargetKind.All, 0, ImageSet.None)]
    [InlineData("--deactivate -p9", Verb.Deactivate, TargetKind.Thread, 9, ImageSet.None)]
    [InlineData("-dP9 -k0 -s1", Verb.Deactivate, TargetKind.Process, 9, ImageSet.Keytime | ImageSet.Ledger | ImageSet.Syscall)]
    [InlineData("-dm", Verb.Deactivate, TargetKind.All, 0, ImageSet.None)]
    [InlineData("-f", Verb.Finish, TargetKind.All, 0, ImageSet.None)]
    [InlineData("--finish --bpffs /p", Verb.Finish, TargetKind.All, 0, ImageSet.None)]
    [InlineData("--status", Verb.Status, TargetKind.All, 0, ImageSet.None)]
    [InlineData("--status --status", Verb.Status, TargetKind.All, 0, ImageSet.None)]
    public void Verb_target_and_images(string line, Verb verb, TargetKind kind, int id, ImageSet images)
    {
        var options = Run(line).AssertAccepted();
        Assert.Equal(verb, options.Verb);
        Assert.Equal(new Target(kind, id), options.Target);
        Assert.Equal(images, options.Images);
    }

    [Fact]
    public void Defaults_are_the_documented_ones() =>
        Assert.Equal(
            new ControllerOptions
            {
                Verb = Verb.Activate,
                Target = Target.All,
                Images = ImageSet.Schedule,
                KeytimeLevel = 0,
                SyscallSequence = 0,
                TimeSeconds = null,
                ProbesLocks = false,
                IncludeSelf = false,
                Follow = false,
                Json = false,
                Bpffs = "/sys/fs/bpf/proc_image",
            },
            Run("-S").AssertAccepted());

    [Fact]
    public void Every_option_arrives() =>
        Assert.Equal(
            new ControllerOptions
            {
                Verb = Verb.Activate,
                Target = new Target(TargetKind.Process, 42),
                Images = ImageSet.Keytime | ImageSet.Ledger | ImageSet.Syscall,
                KeytimeLevel = 1,
                SyscallSequence = 50,
                TimeSeconds = uint.MaxValue,
                ProbesLocks = false,
                IncludeSelf = true,
                Follow = true,
                Json = false,
                Bpffs = "/sys/fs/bpf/x",
            },
            Run("-amk1 --follow -s50 -P42 -t4294967295 --bpffs=/sys/fs/bpf/x").AssertAccepted());

    [Fact]
    public void No_deadline_and_the_deadline_for_ever_differ()
    {
        Assert.Null(Run("-r").AssertAccepted().TimeSeconds);
        Assert.Equal(0u, Run("-r -t0").AssertAccepted().TimeSeconds);
    }

    [Fact]
    public void Json_goes_with_status() => Assert.True(Run("--status --json").AssertAccepted().Json);

    [Theory]
    [InlineData("", NeedsVerb)]
    [InlineData("-t5", NeedsVerb)]
    [InlineData("-m", NeedsVerb)]
    [InlineData("--bpffs /p", NeedsVerb)]
    [InlineData("-a", NeedsImage)]
    [InlineData("-p5", NeedsImage)]
    [InlineData("-aP5 -t6", NeedsImage)]
    [InlineData("-ad", "--activate and --deactivate cannot go together")]
    [InlineData("-df", "--deactivate and --finish cannot go together")]
    [InlineData("-f --status", "--finish and --status cannot go together")]
    [InlineData("-ar --status", "--activate and --status cannot go together")]
    [InlineData("-rp5 -P5", "-p and -P cannot go together; -P alone covers every thread of a process")]
    [InlineData("-dp5 -P5", "-p and -P cannot go together; -P alone covers every thread of a process")]
    [InlineData("-fp5", "--finish takes no target, image or policy; leave out -p, --pid")]
    [InlineData("-fP5", "--finish takes no target, image or policy; leave out -P, --tgid")]
    [InlineData("-fr", "--finish takes no target, image or policy; leave out -r, --resource")]
    [InlineData("-ft5", "--finish takes no target, image or policy; leave out -t, --time")]
    [InlineData("-fm", "--finish takes no target, image or policy; leave out -m, --myproc")]
    [InlineData("--status -k0", "--status takes no target, image or policy; leave out -k, --keytime")]
    [InlineData("--status -t5", "--status takes no target, image or policy; leave out -t, --time")]
    [InlineData("-dt5", "-t, --time cannot go with --deactivate, which acts at once; give it when activating")]
    [InlineData("-r --follow", "--follow goes with a target, -p or -P; without one every process is imaged anyway")]
    [InlineData("-dP5 --follow", "--follow cannot go with --deactivate, which acts on a whole policy; activate again without it")]
    [InlineData("--json", NeedsVerb)]
    [InlineData("-r --json", "--json goes with --status only")]
    [InlineData("-d --json", "--json goes with --status only")]
    [InlineData("-r 1234", "unexpected argument '1234'")]
    [InlineData("controller -r", "unexpected argument 'controller'")]
    [InlineData("-r /h", "unexpected argument '/h'")]
    [InlineData("[x] -r", "unexpected argument '[x]'")]
    [InlineData("@file", "unexpected argument '@file'")]
    [InlineData("-r -", "unexpected argument '-'")]
    [InlineData("-r -- -S", "unexpected argument '-S'")]
    [InlineData("-x", "unknown option '-x'")]
    [InlineData("-rc1", "-c, --cpuid goes with -p 0 only, the idle task of a CPU; leave it out")]
    [InlineData("-rp5 -c1", "-c, --cpuid goes with -p 0 only, the idle task of a CPU; leave it out")]
    [InlineData("-rP5 -c1", "-c, --cpuid goes with -p 0 only, the idle task of a CPU; leave it out")]
    [InlineData("-rp0 -c-1", "--cpuid must be 0 to 8191, not '-1'")]
    [InlineData("-rp0 -c8192", "--cpuid must be 0 to 8191, not '8192'")]
    [InlineData("-rSp0 -c1", "an idle task never waits for a CPU, so there is nothing for -S, --schedule; leave it out")]
    [InlineData("-rs20 -p0 -c1", "an idle task makes no system calls and takes no user locks; leave out -s and -l")]
    [InlineData("-rp0 -c1 --follow", "an idle task starts nothing; leave out --follow")]
    [InlineData("-rp", "-p, --pid needs a value: --pid=PID")]
    [InlineData("-k", "-k, --keytime needs a value: --keytime=0|1")]
    [InlineData("-r -p0", NotIdle)]
    [InlineData("-d --pid=0", NotIdle)]
    [InlineData("-r -P0", "--tgid must be 1 to 4194304, not '0'")]
    [InlineData("-r -p=1", "--pid must be 1 to 4194304, not '=1'")]
    [InlineData("-r -p4194305", "--pid must be 1 to 4194304, not '4194305'")]
    [InlineData("-r -pself", "--pid must be 1 to 4194304, not 'self'")]
    [InlineData("-pS", "--pid must be 1 to 4194304, not 'S'")]
    [InlineData("-k2", "--keytime must be 0 or 1, not '2'")]
    [InlineData("-k -l", "--keytime must be 0 or 1, not '-l'")]
    [InlineData("-dk2", "--keytime must be 0 or 1, not '2'")]
    [InlineData("-s0", "--syscall must be 1 to 50 calls, not '0'")]
    [InlineData("-s51", "--syscall must be 1 to 50 calls, not '51'")]
    [InlineData("-ds51", "--syscall must be 1 to 50 calls, not '51'")]
    [InlineData("-r -t abc", "--time must be 0 to 4294967295 seconds, not 'abc'")]
    [InlineData("-r -t -1", "--time must be 0 to 4294967295 seconds, not '-1'")]
    [InlineData("-r --time=4294967296", "--time must be 0 to 4294967295 seconds, not '4294967296'")]
    [InlineData("-r -p x -p 5", "--pid must be 1 to 4194304, not 'x'")]
    [InlineData("-r -p 5\n6", @"--pid must be 1 to 4194304, not '5\n6'")]
    [InlineData("-r \u001b[31m", @"unexpected argument '\u001b[31m'")]
    public void Wrong_usage_is_refused_in_one_line(string line, string message) =>
        Run(line).AssertRefused("controller", message);

    private static Ran<ControllerOptions> Run(string line) =>
        Ran.With(ControllerCommandLine.Command, Words.Of(line));
}
