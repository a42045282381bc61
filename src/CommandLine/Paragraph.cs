using System.Text;

namespace ProcImage.CommandLine;

internal static class Paragraph
{
    // One less than a terminal of 80 columns, some of which wrap at the last one.
    private const int Width = 79;

    /// <summary>Breaks text whose first line begins at <paramref name="column"/>, as its other lines shall.</summary>
    public static string Wrap(string text, int column) => Wrap(text.Split(' '), column, column);

    /// <summary>Puts words on lines and never breaks one, though it holds spaces.</summary>
    public static string Wrap(IEnumerable<string> words, int indent, int column)
    {
        var text = new StringBuilder();
        foreach (var word in words)
        {
            if (text.Length == 0)
            {
                text.Append(word);
                column += word.Length;
            }
            else if (column + 1 + word.Length <= Width)
            {
                text.Append(' ').Append(word);
                column += 1 + word.Length;
            }
            else
            {
                text.Append('\n').Append(' ', indent).Append(word);
                column = indent + word.Length;
            }
        }

        return text.ToString();
    }
}
