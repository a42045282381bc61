using System.Reflection;

namespace ProcImage.CommandLine;

internal static class VersionText
{
    public static string Of(CommandTable table)
    {
        var version = typeof(VersionText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>();
        return $"{table.Name} (ProcImage) {version?.InformationalVersion}\n";
    }
}
