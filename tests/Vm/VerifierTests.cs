namespace ProcImage.Tests.Vm;

public sealed class VerifierTests(Machines machines, ITestOutputHelper log) : VmTest(machines)
{
    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Every_program_takes_less_than_half_of_what_the_verifier_allows(string kernel)
    {
        var report = await ReportOf(kernel);
        VerifiedInstructions.AssertHeadroom(report.Text("release"), report.Text("instructions"), log.WriteLine);
    }
}
