namespace ProcImage.Tests.Unit.Web;

internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("proc_image.").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
