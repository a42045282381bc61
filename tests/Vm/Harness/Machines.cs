namespace ProcImage.Tests.Vm.Harness;

/// <summary>Boots every kernel once, for all tests; as many at a time as the machine has pairs of CPUs, at least two.</summary>
public sealed class Machines : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-vm-").FullName;
    private readonly SemaphoreSlim _places = new(Math.Max(2, Environment.ProcessorCount / 2));
    private readonly Dictionary<string, Task<Report>> _reports;

    public Machines()
    {
        string initramfs = Path.Combine(_directory, "initramfs");
        Ran.With(Path.Combine(Repository.Root, "tests/Vm/initramfs.sh"), Repository.Out, initramfs).AssertDone();
        _reports = DebianKernel.All.ToDictionary(
            kernel => kernel.Name, kernel => Task.Run(() => BootAsync(kernel, initramfs)));
    }

    /// <summary>What was found on that kernel.</summary>
    public Task<Report> ReportOf(string kernel) => _reports[kernel];

    public void Dispose()
    {
        Task.WhenAll(_reports.Values).ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        _places.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<Report> BootAsync(DebianKernel kernel, string initramfs)
    {
        await _places.WaitAsync();
        try
        {
            return VirtualMachine.Run(kernel, initramfs, Path.Combine(_directory, kernel.Name));
        }
        finally
        {
            _places.Release();
        }
    }
}
