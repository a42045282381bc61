using static Libbpf.BpfOperation;

namespace Libbpf;

/// <summary>What helps against which error of which operation.</summary>
internal static class BpfRemedy
{
    internal static string For(string operation, int errno) => errno switch
    {
        Errno.EPERM or Errno.EACCES => operation switch
        {
            Open => "run as root, or as a member of the group that may open this pin",
            Pin => "the directory must be on a bpffs (mount -t bpf bpf DIR) and writable; run as root",
            Update or Delete => "the map is read-only here: open it for writing, as root or with CAP_BPF",
            Signal or WaitFor => "run as the user who owns it",
            _ => "run as root, or with CAP_BPF and CAP_PERFMON",
        },
        Errno.ENOENT => operation switch
        {
            Open => "nothing is pinned there: load and pin it first",
            Pin => "create the directory first",
            Find => "the object has none of this name",
            Attach => "this kernel has no such hook",
            Load => "this kernel lacks BTF or a type that the object needs",
            Update => "the entry must exist already: insert it first",
            _ => "it does not exist",
        },
        Errno.EEXIST => operation switch
        {
            Pin => "remove the old pin first, or adopt it",
            Attach => "it is attached already: detach it first",
            _ => "it exists already: replace it instead",
        },
        Errno.ENOMEM => "free memory, or raise the memory limit of this cgroup (before 5.11: RLIMIT_MEMLOCK)",
        Errno.ENOSPC => operation == Load
            ? "the verifier's log is larger than its buffer: read it with bpftool prog load -d"
            : "no room is left: remove entries or enlarge the map",
        Errno.E2BIG => operation == Load
            ? "the program is too large or too complex for this kernel's verifier"
            : "the map is full or the index is beyond its end: remove entries or enlarge the map",
        Errno.ENODEV or Errno.ENXIO => "this machine has no such device or hook",
        Errno.EBUSY or Errno.EAGAIN => "somebody else holds it: try again",
        Errno.ESRCH => operation switch
        {
            Load or Attach => "this kernel has no such tracepoint or function: leave the program out",
            _ => "the process is gone",
        },
        Errno.EINVAL => operation switch
        {
            Open => "this is no BPF object of that kind",
            Load => "this kernel does not know a feature that the object uses",
            Attach => "the program's type does not fit the hook, or the kernel is too old for it",
            Pin => "the path must be on a bpffs, whose names hold no dot: mount -t bpf bpf DIR",
            _ => "the kernel refuses these arguments",
        },
        Errno.EIO when operation == Open => "the pin is no iterator",
        Errno.EMFILE or Errno.ENFILE => "raise the limit of open files (ulimit -n)",
        Errno.EBADF => "it has been closed: keep it open as long as it is used",
        Errno.ENOTDIR or Errno.ENAMETOOLONG or Errno.ELOOP => "correct the path",
        Errno.EROFS => "mount it writable",
        Errno.ENOSYS => "this kernel was built without bpf(2)",
        Errno.ENOTSUPP or Errno.EOPNOTSUPP => "this kernel does not support it: a newer one or another hook may",
        Errno.EILSEQ => "the place holds an instruction that cannot be probed",
        >= 4000 and <= 4010 => "build the object again with clang -target bpf -g",
        _ => "see the kernel log (dmesg)",
    };
}
