using Libbpf.Native;
using Microsoft.Win32.SafeHandles;

namespace Libbpf;

/// <summary>The library and the kernel as a whole.</summary>
public static class Bpf
{
    private const int BpfTraceRawTp = 23;
    private const int BpfTraceFentry = 24;
    private const int BpfStatsRunTime = 0;
    private static Version? _version;
    private static int _possibleCpus;

    /// <summary>Such as 1.1.</summary>
    /// <exception cref="BpfException">There is no libbpf 1.x.</exception>
    public static Version LibraryVersion => RequireLibrary();

    /// <summary>
    /// How many CPUs the kernel could ever have, which is what a per-CPU value is sized by; not those online.
    /// </summary>
    /// <exception cref="BpfException">There is no libbpf 1.x, or /sys cannot be read.</exception>
    public static int PossibleCpus
    {
        get
        {
            if (_possibleCpus == 0)
            {
                RequireLibrary();
                _possibleCpus = BpfError.Check(LibbpfNative.libbpf_num_possible_cpus(),
                    BpfOperation.Read, "the number of possible CPUs");
            }

            return _possibleCpus;
        }
    }

    /// <summary>Finds the library, or says which package has it. Every way into it comes by here first.</summary>
    /// <exception cref="BpfException">libbpf.so.1 is missing or is not 1.x.</exception>
    public static Version RequireLibrary()
    {
        if (_version is { } known)
            return known;
        try
        {
            return _version = Accept(LibbpfNative.libbpf_major_version(), LibbpfNative.libbpf_minor_version());
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            throw MissingLibrary(missing);
        }
    }

    /// <summary>Stops the library from writing to standard error. What went wrong is in the exceptions.</summary>
    /// <exception cref="BpfException">There is no libbpf 1.x.</exception>
    public static void SilenceLibrary()
    {
        RequireLibrary();
        LibbpfNative.libbpf_set_print(0);
    }

    /// <summary>
    /// Lets the kernel time every BPF program of the machine until the returned handle, which the caller owns, is
    /// disposed. It costs two clock reads per run.
    /// </summary>
    /// <exception cref="BpfException">EPERM without CAP_SYS_ADMIN; EINVAL before 5.8.</exception>
    public static SafeFileHandle EnableStats()
    {
        RequireLibrary();
        int fd = BpfError.Check(LibbpfNative.bpf_enable_stats(BpfStatsRunTime),
            BpfOperation.Configure, "run-time statistics");
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>
    /// Whether a <c>tp_btf</c> program can attach to this tracepoint; false also without kernel BTF. It parses the
    /// kernel's BTF each time (milliseconds), so ask once.
    /// </summary>
    /// <exception cref="BpfException">There is no libbpf 1.x.</exception>
    public static bool HasTracepoint(string name)
    {
        RequireLibrary();
        return LibbpfNative.libbpf_find_vmlinux_btf_id(name, BpfTraceRawTp) > 0;
    }

    /// <summary>Whether the kernel has this function; false also without kernel BTF.</summary>
    /// <exception cref="BpfException">There is no libbpf 1.x.</exception>
    public static bool HasFunction(string name)
    {
        RequireLibrary();
        return LibbpfNative.libbpf_find_vmlinux_btf_id(name, BpfTraceFentry) > 0;
    }

    /// <summary>
    /// Whether a struct of the kernel has this member; false also without the struct, or without kernel BTF. It parses
    /// the kernel's BTF each time (milliseconds), so ask once.
    /// </summary>
    /// <exception cref="BpfException">There is no libbpf 1.x.</exception>
    public static unsafe bool HasMember(string structName, string memberName)
    {
        RequireLibrary();
        var types = LibbpfNative.btf__load_vmlinux_btf();
        if (types == 0)
            return false;
        try
        {
            var id = LibbpfNative.btf__find_by_name_kind(types, structName, LibbpfNative.BTF_KIND_STRUCT);
            return id > 0 && HasMember(types, LibbpfNative.btf__type_by_id(types, (uint)id), memberName);
        }
        finally
        {
            LibbpfNative.btf__free(types);
        }
    }

    /// <summary>
    /// How many bytes behind a global variable of the kernel another one lies; null where they are not of one section, or
    /// where there is no kernel BTF. It parses the kernel's BTF each time.
    /// </summary>
    /// <exception cref="BpfException">There is no libbpf 1.x.</exception>
    public static long? Distance(string from, string to)
    {
        RequireLibrary();
        var types = LibbpfNative.btf__load_vmlinux_btf();
        if (types == 0)
            return null;
        try
        {
            return GlobalVariable.Find(types, from) is { } first
                && GlobalVariable.Find(types, to) is { } second
                && first.Section == second.Section
                ? second.Offset - first.Offset
                : null;
        }
        finally
        {
            LibbpfNative.btf__free(types);
        }
    }

    private static unsafe bool HasMember(nint types, btf_type* type, string name)
    {
        var members = (btf_member*)(type + 1);
        for (var i = 0; i < (type->info & ushort.MaxValue); i++)
            if (NativeText.Read(LibbpfNative.btf__name_by_offset(types, members[i].name_off)) == name)
                return true;
        return false;
    }

    internal static Version Accept(uint major, uint minor) =>
        major == 1
            ? new Version((int)major, (int)minor)
            : throw new BpfException(BpfOperation.Use, LibbpfNative.Library, 0,
                $"it is version {major}.{minor}, not 1.x", PackageRemedy);

    internal static BpfException MissingLibrary(Exception inner) =>
        new(BpfOperation.Use, LibbpfNative.Library, 0, "it is not installed", PackageRemedy, inner: inner);

    private const string PackageRemedy = "install the package libbpf1 (Debian, Ubuntu) or libbpf (RHEL, Fedora)";
}
