namespace ProcImage.Tests.Vm;

/// <summary>The one object, compiled once, is taken by every kernel.</summary>
public sealed class PreloadTests(Machines machines, ITestOutputHelper log) : VmTest(machines)
{
    private static readonly string[] _images = ["keytime", "lock", "resource", "syscall", "schedule"];
    private static readonly string[] _hooks =
    [
        "task_newtask", "sched_process_exec", "sched_process_exit", "sched_process_free",
        "task_rename", "signal_generate", "sched_switch", "sys_enter", "sys_exit",
    ];

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Check_says_that_every_image_is_supported(string kernel)
    {
        var report = await ReportOf(kernel);
        foreach (string image in _images)
            Assert.Contains($"{image}:".PadRight(11) + "supported", report.Lines("check"));
    }

    /// <summary>Those that README names. The newest there is was 7.2 when it was written.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task The_kernel_is_of_the_series_that_is_meant(string kernel)
    {
        var report = await ReportOf(kernel);
        log.WriteLine(report.Text("release"));
        switch (kernel.Split(' ')[0])
        {
            case "bookworm":
                Assert.Equal(new Version(6, 1), report.Kernel);
                break;
            case "trixie":
                Assert.Equal(new Version(6, 12), report.Kernel);
                break;
            default:
                Assert.True(report.Kernel >= new Version(7, 2), $"{report.Kernel}");
                break;
        }

        Assert.Equal(kernel.EndsWith(" rt", StringComparison.Ordinal), report.IsRealTime);
    }

    /// <summary>What the kernel offers counts, not its version: some of the later ones of 6.1 name the task in mark_victim, as 6.8 does.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Every_hook_that_the_kernel_has_is_attached(string kernel)
    {
        var report = await ReportOf(kernel);
        string[] hooks =
        [
            .. _hooks,
            .. Has(report, "field:unsigned long total_vm;") ? ["mark_victim"] : Array.Empty<string>(),
            .. Has(report, "sched:sched_prepare_exec") ? ["sched_prepare_exec"] : Array.Empty<string>(),
        ];
        Assert.Equal(hooks.Order(), Pinned(report, "links").Order());
        Assert.Equal(
            ["lock_call", "lock_return", "sched_waking"],
            Pinned(report, "progs").Order());
        Assert.StartsWith($"preloaded 5 images over {hooks.Length + 1} hooks", report.Said("preloaded"), StringComparison.Ordinal);
    }

    private static bool Has(Report report, string tracepoint) =>
        report.Text("tracepoints").Contains(tracepoint, StringComparison.Ordinal);

    private static IEnumerable<string> Pinned(Report report, string folder) =>
        report.Lines("pins").Where(path => path.Contains($"/{folder}/", StringComparison.Ordinal)).Select(path => Path.GetFileName(path)!);
}
