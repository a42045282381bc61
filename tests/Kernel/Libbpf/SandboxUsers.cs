namespace ProcImage.Tests.Kernel.Libbpf;

[CollectionDefinition(Name)]
public sealed class SandboxUsers : ICollectionFixture<Sandbox>
{
    internal const string Name = "libbpf";
}
