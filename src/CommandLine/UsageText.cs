namespace ProcImage.CommandLine;

/// <summary>What <c>--usage</c> prints: one paragraph in the order of GNU argp.</summary>
internal static class UsageText
{
    private const int Indent = 12;

    public static string Of(CommandTable table)
    {
        var flags = string.Concat(table.Rows.Where(row => row.ValueName is null).Select(row => row.Letter));
        var letters = table.Rows.Where(row => row is { ValueName: not null, Letter: not null });
        IEnumerable<string> words =
        [
            $"Usage: {table.Name}",
            $"[-{flags}]",
            .. letters.Select(row => $"[-{row.Letter} {row.ValueName}]"),
            .. table.Rows.Select(row => row.ValueName is { } value ? $"[{row.Dashed}={value}]" : $"[{row.Dashed}]"),
        ];
        return Paragraph.Wrap(words, Indent, 0) + "\n";
    }
}
