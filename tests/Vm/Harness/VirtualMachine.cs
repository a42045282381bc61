namespace ProcImage.Tests.Vm.Harness;

/// <summary>One boot from the first instruction to power-off. The CPUs are emulated: it needs no KVM, and no rights.</summary>
public static class VirtualMachine
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(6);

    /// <summary>Two CPUs, as what is tested has to do with migration, too.</summary>
    public static Report Run(DebianKernel kernel, string initramfs, string path)
    {
        string console = path + ".console", report = path + ".report";
        var ran = Ran.Within(_limit, "", "", Requirements.Installed("qemu-system-x86_64", "qemu-system-x86"),
            "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024",
            "-nodefaults", "-display", "none", "-no-reboot",
            "-kernel", kernel.Fetch(), "-initrd", initramfs,
            "-append", "console=ttyS0 quiet panic=-1 mitigations=off",
            "-serial", "file:" + console, "-serial", "file:" + report);
        var found = Report.Parse(File.ReadAllText(report));
        if (!found.Has("end"))
            Assert.Fail($"{kernel.Name} has not come to its end: {ran.Error}{File.ReadAllText(console)}{File.ReadAllText(report)}");
        return found;
    }
}
