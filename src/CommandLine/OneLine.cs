using System.Globalization;
using System.Text;

namespace ProcImage.CommandLine;

public static class OneLine
{
    /// <summary>
    /// Shows control characters instead of sending them to a terminal: what users type and what processes call
    /// themselves may hold any.
    /// </summary>
    public static string Of(string text)
    {
        if (!text.Any(IsControl))
            return text;

        var line = new StringBuilder(text.Length + 8);
        foreach (var character in text)
        {
            line.Append(character switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when IsControl(character) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => character.ToString(),
            });
        }

        return line.ToString();
    }

    // U+2028 and U+2029 are no control characters and yet break a line.
    private static bool IsControl(char character) => char.IsControl(character) || character is '\u2028' or '\u2029';
}
