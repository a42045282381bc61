using System.Text;

namespace ProcImage.CommandLine;

/// <summary>What <c>--help</c> prints: the layout of a GNU tool in 80 columns.</summary>
internal static class HelpText
{
    private const int TextColumn = 29;

    private static readonly (ExitStatus Status, string Meaning)[] _statuses =
    [
        (ExitStatus.Done, "done"),
        (ExitStatus.Failed, "failed"),
        (ExitStatus.Usage, "wrong usage"),
        (ExitStatus.Unsupported, "this kernel or these privileges cannot do it"),
        (ExitStatus.Held, "another loader is at work in the same pin directory"),
        (ExitStatus.NotPreloaded, "nothing is preloaded"),
    ];

    public static string Of(CommandTable table)
    {
        var text = new StringBuilder();
        text.Append($"Usage: {table.Name} [OPTION...]\n");
        text.Append(Paragraph.Wrap(table.Purpose, 0)).Append('\n');
        foreach (var group in table.Groups)
        {
            text.Append($"\n{group.Title}:\n");
            foreach (var row in group.Rows)
                text.Append(Entry(row)).Append('\n');
        }

        text.Append("\nA value that a long option needs is also needed by its short form.\n");
        text.Append("\nExit status:\n");
        foreach (var (status, meaning) in _statuses)
            text.Append($"  {status:D}  {meaning}\n");
        return text.ToString();
    }

    private static string Entry(OptionRow row)
    {
        var letter = row.Letter is { } given ? $"  -{given}, " : "      ";
        var value = row.ValueName is { } name ? "=" + name : "";
        var names = letter + row.Dashed + value;
        // One blank at least between the names and the text, as argp has it.
        var first = names.Length < TextColumn ? names.PadRight(TextColumn) : names + "\n" + new string(' ', TextColumn);
        return first + Paragraph.Wrap(row.Help, TextColumn);
    }
}
