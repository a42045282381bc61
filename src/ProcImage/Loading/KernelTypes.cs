using ProcImage.CommandLine;

namespace ProcImage.Loading;

/// <summary>
/// The types of this kernel (BTF). Without them it knows no tracing program's hook, and libbpf would only say that
/// there is no such tracepoint.
/// </summary>
internal static class KernelTypes
{
    public const string Path = "/sys/kernel/btf/vmlinux";

    public const string Missing = "none; this kernel was built without CONFIG_DEBUG_INFO_BTF";

    private const ushort Magic = 0xeb9f; // BTF_MAGIC, in the byte order of the machine

    public static bool Exist
    {
        get
        {
            try
            {
                Span<byte> head = stackalloc byte[sizeof(ushort)];
                using var file = File.OpenHandle(Path);
                return RandomAccess.Read(file, head, 0) == head.Length && BitConverter.ToUInt16(head) == Magic;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <exception cref="CommandException">There are none.</exception>
    public static void Require()
    {
        if (!Exist)
            throw new CommandException(
                ExitStatus.Unsupported,
                $"this kernel has no types at {Path}; use one that was built with CONFIG_DEBUG_INFO_BTF");
    }
}
