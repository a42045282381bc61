using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class SyscallNamesTests
{
    [Theory]
    [InlineData(CallKind.Native, 0, "read")]
    [InlineData(CallKind.Native, 202, "futex")]
    [InlineData(CallKind.Native, 435, "clone3")]
    [InlineData(CallKind.Native, 512, "syscall_512")]
    [InlineData(CallKind.Native, 100_000, "syscall_100000")]
    [InlineData(CallKind.Native, -1, "syscall_-1")]
    [InlineData(CallKind.Native, int.MinValue, "syscall_-2147483648")]
    [InlineData(CallKind.Native, 0x4000_0001, "x32_write")]
    [InlineData(CallKind.Native, int.MaxValue, "x32_syscall_1073741823")]
    [InlineData(CallKind.Compat, 20, "compat_getpid")]
    [InlineData(CallKind.Compat, 9999, "compat_syscall_9999")]
    [InlineData(CallKind.Other, 0, "other")]
    public void Any_number_has_a_name(CallKind kind, int number, string name) =>
        Assert.Equal(name, SyscallNames.Of(new CallId(kind, number)));

    [Theory]
    [InlineData(2, "ENOENT")]
    [InlineData(11, "EAGAIN")]
    [InlineData(35, "EDEADLK")]
    [InlineData(95, "EOPNOTSUPP")]
    [InlineData(524, "errno 524")]
    public void So_has_any_error(int errno, string name) => Assert.Equal(name, ErrnoNames.Of(errno));

    [Theory]
    [InlineData(7, "7")]
    [InlineData(-11, "EAGAIN")]
    [InlineData(-4095, "errno 4095")]
    [InlineData(0x7f5c_0ec2_1000, "0x7f5c0ec21000")]
    [InlineData(-4096, "0xfffffffffffff000")]
    public void A_result_is_a_number_an_error_or_an_address(long result, string text) =>
        Assert.Equal(text, CallResult.Of(new Call { Result = result }));
}
