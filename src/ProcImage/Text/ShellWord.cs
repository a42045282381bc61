namespace ProcImage.Text;

/// <summary>Words of a command, apart from each other as a shell would read them.</summary>
internal static class ShellWord
{
    public static string Line(IEnumerable<string> words) => string.Join(' ', words.Select(Of));

    /// <summary>In single quotes where it is empty, or has a blank or a quote.</summary>
    public static string Of(string word) =>
        word.Length > 0 && !word.Any(character => char.IsWhiteSpace(character) || character is '\'' or '"')
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
