namespace ProcImage.Tests.Vm.Harness;

/// <summary>A kernel as Debian builds it.</summary>
/// <param name="Suite">Of Debian; the newest kernel there when it was fetched first, see kernel.sh.</param>
/// <param name="Flavour">As in the name of its package: <c>cloud</c> for virtual machines, <c>rt</c> fully preemptible.</param>
public sealed record DebianKernel(string Suite, string Flavour)
{
    /// <summary>6.1, 6.12, and the newest that there is, both ways.</summary>
    public static IReadOnlyList<DebianKernel> All { get; } =
    [
        new("bookworm", "cloud"), new("trixie", "cloud"), new("sid", "cloud"), new("sid", "rt"),
    ];

    public string Name => $"{Suite} {Flavour}";

    /// <summary>The path of its file.</summary>
    public string Fetch() =>
        Ran.Within(TimeSpan.FromMinutes(5), "", "", Path.Combine(Repository.Root, "tests/Vm/kernel.sh"), Suite, Flavour)
            .AssertDone().Output.TrimEnd();
}
