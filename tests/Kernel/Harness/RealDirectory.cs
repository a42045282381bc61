namespace ProcImage.Tests.Kernel.Harness;

/// <summary>A directory on a disk, and not in memory as /tmp may be; it is removed with what is in it.</summary>
public sealed class RealDirectory : IDisposable
{
    public RealDirectory()
    {
        Path = Directory.CreateDirectory($"/var/tmp/proc-image-test-{Environment.ProcessId}").FullName;
        string device = Ran.With("findmnt", "--noheadings", "--output", "SOURCE", "--target", Path).AssertDone().Output;
        Assert.True(device.StartsWith("/dev/", StringComparison.Ordinal), $"{Path} is on no disk: {device}");
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
