using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class SignalNamesTests
{
    [Theory]
    [InlineData(1, "SIGHUP")]
    [InlineData(6, "SIGABRT")]
    [InlineData(7, "SIGBUS")]
    [InlineData(9, "SIGKILL")]
    [InlineData(10, "SIGUSR1")]
    [InlineData(11, "SIGSEGV")]
    [InlineData(15, "SIGTERM")]
    [InlineData(17, "SIGCHLD")]
    [InlineData(31, "SIGSYS")]
    [InlineData(32, "SIG32")]
    [InlineData(34, "SIGRTMIN")]
    [InlineData(37, "SIGRTMIN+3")]
    [InlineData(64, "SIGRTMIN+30")]
    [InlineData(65, "SIG65")]
    [InlineData(0, "SIG0")]
    public void They_are_those_of_kill(int signal, string name) => Assert.Equal(name, SignalNames.Of(signal));
}
