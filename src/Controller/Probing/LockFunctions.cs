using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Controller.Probing;

/// <summary>The functions of a C library that take locks and give them back, and where probes go.</summary>
internal static class LockFunctions
{
    private const int SpinLockLength = 18; // bytes, of the form below

    private static readonly Dictionary<string, (LockFunction Function, LockKind Kind)> _all = new()
    {
        ["pthread_mutex_lock"] = (LockFunction.Take, LockKind.Mutex),
        ["pthread_mutex_trylock"] = (LockFunction.Take, LockKind.Mutex),
        ["pthread_mutex_timedlock"] = (LockFunction.Take, LockKind.Mutex),
        ["pthread_mutex_clocklock"] = (LockFunction.Take, LockKind.Mutex),
        ["pthread_mutex_unlock"] = (LockFunction.Release, LockKind.Mutex),
        ["pthread_rwlock_rdlock"] = (LockFunction.Take, LockKind.Read),
        ["pthread_rwlock_tryrdlock"] = (LockFunction.Take, LockKind.Read),
        ["pthread_rwlock_timedrdlock"] = (LockFunction.Take, LockKind.Read),
        ["pthread_rwlock_clockrdlock"] = (LockFunction.Take, LockKind.Read),
        ["pthread_rwlock_wrlock"] = (LockFunction.Take, LockKind.Write),
        ["pthread_rwlock_trywrlock"] = (LockFunction.Take, LockKind.Write),
        ["pthread_rwlock_timedwrlock"] = (LockFunction.Take, LockKind.Write),
        ["pthread_rwlock_clockwrlock"] = (LockFunction.Take, LockKind.Write),
        ["pthread_rwlock_unlock"] = (LockFunction.Release, LockKind.Read),
        ["pthread_spin_lock"] = (LockFunction.Take, LockKind.Spin),
        ["pthread_spin_trylock"] = (LockFunction.Take, LockKind.Spin),
        ["pthread_spin_unlock"] = (LockFunction.Release, LockKind.Spin),
        ["pthread_cond_wait"] = (LockFunction.Wait, LockKind.Mutex),
        ["pthread_cond_timedwait"] = (LockFunction.Wait, LockKind.Mutex),
        ["pthread_cond_clockwait"] = (LockFunction.Wait, LockKind.Mutex),
    };

    public static IReadOnlySet<string> Names { get; } = _all.Keys.ToHashSet();

    /// <summary>What a file has of them. Empty where it is no library that has locks.</summary>
    public static ProbePlan Plan(ByteSource file, IReadOnlyList<(string Name, ulong Offset)> functions)
    {
        var library = Contains(file, "musl libc"u8) ? LockLibrary.Musl : LockLibrary.Glibc;
        var plan = new ProbePlan([], []);
        foreach (var (name, offset) in functions.DistinctBy(function => function.Offset))
        {
            var (function, kind) = _all[name];
            if (name == "pthread_spin_lock" && SpinOf(file, offset) is var (spins, returns))
            {
                plan.Enter.Add((spins, Cookie(LockFunction.Spins, kind, library)));
                plan.Enter.Add((returns, Cookie(LockFunction.Spun, kind, library)));
                continue;
            }

            plan.Enter.Add((offset, Cookie(function, kind, library)));
            if (function != LockFunction.Release)
                plan.Return.Add((offset, Cookie(function, kind, library)));
        }

        return plan;
    }

    /// <summary>
    /// glibc on x86: <c>lock decl (%rdi); jne slow; xor %eax,%eax; ret; ... slow: pause</c>. The kernel refuses a probe at an instruction
    /// with a lock prefix. Where it spins and where it returns it can be probed, and the address is still in its register.
    /// </summary>
    private static (ulong Spins, ulong Returns)? SpinOf(ByteSource file, ulong offset)
    {
        if (!file.Holds(offset, SpinLockLength))
            return null;
        Span<byte> code = stackalloc byte[SpinLockLength];
        file.Read(offset, code);
        if (!code.StartsWith((ReadOnlySpan<byte>)[0xf0, 0xff, 0x0f, 0x75]) || !code[5..].StartsWith((ReadOnlySpan<byte>)[0x31, 0xc0, 0xc3]))
            return null;
        var slow = 5 + (sbyte)code[4];
        return slow is >= 8 and <= SpinLockLength - 2 && code[slow] == 0xf3 && code[slow + 1] == 0x90
            ? (offset + (ulong)slow, offset + 7)
            : null;
    }

    private static ulong Cookie(LockFunction function, LockKind kind, LockLibrary library) =>
        (ulong)function | (ulong)kind << 8 | (ulong)library << 16;

    private static bool Contains(ByteSource file, ReadOnlySpan<byte> text)
    {
        const int Most = 16 << 20;
        return file.Length <= Most && file.Read(0, (ulong)file.Length, Most).AsSpan().IndexOf(text) >= 0;
    }
}

/// <summary>Where probes go: offsets in a file, each with the cookie that its program gets.</summary>
/// <param name="Enter">Where functions begin, and two places within one.</param>
/// <param name="Return">Functions at whose return.</param>
internal sealed record ProbePlan(List<(ulong Offset, ulong Cookie)> Enter, List<(ulong Offset, ulong Cookie)> Return);
