using System.Text.RegularExpressions;

namespace ProcImage.Tests.Abi;

/// <summary>How a name in C# is written in C.</summary>
internal static partial class Names
{
    /// <summary>LeaderStartId to leader_start_id, FirstBoundLog2 to first_bound_log2.</summary>
    public static string Snake(string pascal) => WordStart().Replace(pascal, "_").ToLowerInvariant();

    public static string Scream(string pascal) => Snake(pascal).ToUpperInvariant();

    /// <summary>The first word of an enum's name leads the names of its members: RECORD_ for RecordType.</summary>
    public static string Prefix(string enumName) => Scream(enumName).Split('_')[0] + "_";

    [GeneratedRegex("(?<!^)(?=[A-Z])")]
    private static partial Regex WordStart();
}
