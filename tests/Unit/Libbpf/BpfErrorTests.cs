using Libbpf;

namespace ProcImage.Tests.Unit.Libbpf;

public class BpfErrorTests
{
    [Fact]
    public void The_message_is_one_line_of_what_on_what_why_and_what_helps()
    {
        var error = BpfError.Create(BpfOperation.Load, "object proc_image", Errno.EPERM);
        Assert.Equal("cannot load object proc_image: EPERM (Operation not permitted); "
            + "run as root, or with CAP_BPF and CAP_PERFMON", error.Message);
        Assert.Equal("load", error.Operation);
        Assert.Equal("object proc_image", error.Subject);
        Assert.Equal(1, error.Errno);
        Assert.Equal("EPERM", error.ErrnoName);
        Assert.Null(error.VerifierLog);
    }

    [Theory]
    [InlineData(BpfOperation.Open, Errno.ENOENT, "nothing is pinned there")]
    [InlineData(BpfOperation.Open, Errno.EACCES, "group")]
    [InlineData(BpfOperation.Open, Errno.EIO, "no iterator")]
    [InlineData(BpfOperation.Pin, Errno.EEXIST, "remove the old pin")]
    [InlineData(BpfOperation.Pin, Errno.EPERM, "mount -t bpf")]
    [InlineData(BpfOperation.Pin, Errno.EINVAL, "mount -t bpf")]
    [InlineData(BpfOperation.Update, Errno.EPERM, "read-only")]
    [InlineData(BpfOperation.Update, Errno.E2BIG, "full")]
    [InlineData(BpfOperation.Load, Errno.E2BIG, "too complex")]
    [InlineData(BpfOperation.Load, Errno.ESRCH, "no such tracepoint")]
    [InlineData(BpfOperation.Load, Errno.ENOMEM, "memory")]
    [InlineData(BpfOperation.Attach, Errno.ENOTSUPP, "does not support")]
    [InlineData(BpfOperation.Attach, Errno.EBUSY, "try again")]
    [InlineData(BpfOperation.Attach, Errno.ENODEV, "no such device or hook")]
    public void The_remedy_fits_the_operation(string operation, int errno, string remedy) =>
        Assert.Contains(remedy, BpfError.Create(operation, "it", errno).Remedy, StringComparison.Ordinal);

    [Fact]
    public void The_kernels_own_number_has_a_name_and_a_text() =>
        Assert.StartsWith("cannot attach it: ENOTSUPP (Operation not supported by the kernel); ",
            BpfError.Create(BpfOperation.Attach, "it", 524).Message, StringComparison.Ordinal);

    [Fact]
    public void An_unknown_number_is_shown() => Assert.Equal("errno 999", Errno.Name(999));

    [Fact]
    public void Every_remedy_is_one_line()
    {
        string[] operations = typeof(BpfOperation).GetFields().Select(f => (string)f.GetRawConstantValue()!).ToArray();
        foreach (string operation in operations)
        {
            for (int errno = 1; errno < 600; errno++)
                Assert.DoesNotContain('\n', BpfError.Create(operation, "it", errno).Message);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    public void A_result_that_is_not_negative_comes_through(int result) =>
        Assert.Equal(result, BpfError.Check(result, BpfOperation.Read, "it"));

    [Fact]
    public void A_negative_result_is_the_error_number() =>
        Assert.Equal(Errno.EBUSY,
            Assert.Throws<BpfException>(() => BpfError.Check(-16, BpfOperation.Read, "it")).Errno);

    [Fact]
    public void The_verifiers_log_is_printed_with_the_exception_and_not_in_its_message()
    {
        var error = new BpfException(BpfOperation.Load, "program p", Errno.EACCES, "Permission denied", "remedy",
            verifierLog: "a\nb");
        Assert.DoesNotContain('\n', error.Message);
        Assert.EndsWith("--- verifier log ---\na\nb", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_verdict_is_the_last_line_before_the_statistics() =>
        Assert.Equal("R0 invalid mem access 'scalar'", LoadFailure.Verdict(
        [
            "0: (85) call bpf_get_prandom_u32#7",
            "R0 invalid mem access 'scalar'",
            "verification time 57 usec",
            "stack depth 0",
            "processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0",
        ]));
}
