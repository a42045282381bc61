using ProcImage.Abi;

namespace ProcImage.Imaging;

internal static class LockKinds
{
    /// <summary>As labels and JSON have it.</summary>
    public static string NameOf(LockKind kind) => kind.ToString().ToLowerInvariant();
}
