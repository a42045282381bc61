namespace Libbpf;

/// <summary>A BPF operation that failed, in one line: what, on what, why, and what helps.</summary>
public sealed class BpfException : Exception
{
    /// <param name="operation">A verb of <see cref="BpfOperation"/>.</param>
    /// <param name="subject">What it was done to, such as <c>map policies</c>.</param>
    /// <param name="errno">Positive error number; 0 when <paramref name="reason"/> is not the kernel's.</param>
    /// <param name="reason">Why, in words.</param>
    /// <param name="remedy">What helps, in words.</param>
    /// <param name="verifierLog">The end of the verifier's log, when it refused a program.</param>
    /// <param name="inner">The exception behind it.</param>
    public BpfException(string operation, string subject, int errno, string reason, string remedy,
        string? verifierLog = null, Exception? inner = null)
        : base(Line(operation, subject, errno, reason, remedy), inner)
    {
        Operation = operation;
        Subject = subject;
        Errno = errno;
        Remedy = remedy;
        VerifierLog = verifierLog;
    }

    public string Operation { get; }

    public string Subject { get; }

    /// <summary>Positive; 0 when the check that failed is not the kernel's.</summary>
    public int Errno { get; }

    /// <summary>Such as <c>EPERM</c>; empty when <see cref="Errno"/> is 0.</summary>
    public string ErrnoName => Errno == 0 ? "" : Libbpf.Errno.Name(Errno);

    public string Remedy { get; }

    /// <summary>Several lines, the last of them the most telling; null when no program was refused.</summary>
    public string? VerifierLog { get; }

    /// <summary>The exception as usual, then the verifier's log.</summary>
    public override string ToString() =>
        VerifierLog is null ? base.ToString() : $"{base.ToString()}\n--- verifier log ---\n{VerifierLog}";

    private static string Line(string operation, string subject, int errno, string reason, string remedy) =>
        errno == 0
            ? $"cannot {operation} {subject}: {reason}; {remedy}"
            : $"cannot {operation} {subject}: {Libbpf.Errno.Name(errno)} ({reason}); {remedy}";
}
