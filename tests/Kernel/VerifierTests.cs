namespace ProcImage.Tests.Kernel;

public sealed class VerifierTests(ITestOutputHelper log) : KernelTest(log)
{
    [Fact]
    public void Every_program_takes_less_than_half_of_what_the_verifier_allows() =>
        VerifiedInstructions.AssertHeadroom(
            File.ReadAllText("/proc/sys/kernel/osrelease").TrimEnd(),
            Ran.With(Workloads.PathOf("instructions"), Loader.Directory).AssertDone().Output, Log.WriteLine);
}
