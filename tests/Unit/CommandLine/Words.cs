namespace ProcImage.Tests.Unit.CommandLine;

internal static class Words
{
    /// <summary>Splits at single spaces; a command line in a table stays readable that way.</summary>
    public static string[] Of(string line) => line.Length == 0 ? [] : line.Split(' ');
}
