namespace ProcImage.Privileges;

/// <summary>Capabilities that matter here, each a bit by its number in linux/capability.h.</summary>
[Flags]
internal enum Capability : ulong
{
    None = 0,

    /// <summary>Make pins of a group that the loader is not in itself.</summary>
    CAP_CHOWN = 1UL << 0,

    /// <summary>Take capabilities out of the bounding set.</summary>
    CAP_SETPCAP = 1UL << 8,

    /// <summary>Listen on a port below 1024.</summary>
    CAP_NET_BIND_SERVICE = 1UL << 10,

    /// <summary>Read where /proc/PID/exe of other processes leads.</summary>
    CAP_SYS_PTRACE = 1UL << 19,

    /// <summary>Mount; time programs; have a program by its id. It includes the two below.</summary>
    CAP_SYS_ADMIN = 1UL << 21,

    /// <summary>Load tracing programs.</summary>
    CAP_PERFMON = 1UL << 38,

    /// <summary>Create maps and load programs.</summary>
    CAP_BPF = 1UL << 39,
}
