namespace ProcImage.Tests.Vm.Harness;

/// <summary>One boot from the first instruction to power-off. The CPUs are emulated: it needs no KVM, and no rights.</summary>
public static class VirtualMachine
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(7);

    /// <summary>
    /// The kernel changes its code while other CPUs run it, by a breakpoint; an emulated CPU may meet that once more when it is no
    /// longer there, which a real one does not. Then the kernel ends, as the command line says: its default is to end the one thread
    /// that has met it, and what waits for that thread waits for ever.
    /// </summary>
    private const string StaleBreakpoint = "int3: 0000";

    private const int Tries = 3;

    public static Report Run(DebianKernel kernel, string initramfs, string path)
    {
        for (int left = Tries - 1; ; left--)
        {
            var (report, failure) = Boot(kernel, initramfs, path);
            if (report is not null)
                return report;
            if (left == 0 || !failure.Contains(StaleBreakpoint, StringComparison.Ordinal))
                Assert.Fail($"{kernel.Name} has not come to its end: {failure}");
        }
    }

    /// <summary>Two CPUs, as what is tested has to do with migration, too.</summary>
    /// <returns>Its report, or what there was instead.</returns>
    private static (Report? Report, string Failure) Boot(DebianKernel kernel, string initramfs, string path)
    {
        string console = path + ".console", report = path + ".report";
        string emulator = Requirements.Installed("qemu-system-x86_64", "qemu-system-x86"), said;
        try
        {
            said = Ran.Within(_limit, "", "", emulator,
                "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024",
                "-nodefaults", "-display", "none", "-no-reboot",
                "-kernel", kernel.Fetch(), "-initrd", initramfs,
                "-append", "console=ttyS0 quiet panic=-1 oops=panic tsc=reliable mitigations=off",
                "-serial", "file:" + console, "-serial", "file:" + report).Error;
        }
        catch (TimeoutException late)
        {
            said = late.Message;
        }

        string reported = File.ReadAllText(report);
        var found = Report.Parse(reported);
        return found.Has("end") && found.Text("end").Trim() is "" ? (found, "") : (null, $"{said}\n{File.ReadAllText(console)}\n{Tail(reported)}");
    }

    /// <summary>The part that has no end, and where everything stands then.</summary>
    private static string Tail(string text) => text[^Math.Min(text.Length, 65536)..];
}
