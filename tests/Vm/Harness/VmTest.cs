namespace ProcImage.Tests.Vm.Harness;

/// <summary>All tests look at the same boots.</summary>
[CollectionDefinition(nameof(Machines))]
public sealed class AllMachines : ICollectionFixture<Machines>;

/// <summary>A promise, tested on every kernel.</summary>
[Collection(nameof(Machines))]
public abstract class VmTest(Machines machines)
{
    public static TheoryData<string> Kernels { get; } = new(DebianKernel.All.Select(kernel => kernel.Name));

    protected Task<Report> ReportOf(string kernel) => machines.ReportOf(kernel);
}
