namespace ProcImage.CommandLine;

/// <summary>
/// Rewrites what getopt_long accepts into the one form that leaves System.CommandLine nothing to guess:
/// <c>--name</c> and <c>--name=value</c>, then <c>--</c> and the operands. Refuses what getopt_long refuses.
/// </summary>
internal static class GetoptNormalizer
{
    public static IReadOnlyList<string> Normalize(IEnumerable<string> args, IReadOnlyList<OptionRow> rows)
    {
        List<string> options = [];
        List<string> operands = [];
        using var rest = args.GetEnumerator();
        while (rest.MoveNext())
        {
            var word = rest.Current;
            if (word == "--")
            {
                while (rest.MoveNext())
                    operands.Add(rest.Current);
            }
            else if (!word.StartsWith('-') || word == "-")
            {
                operands.Add(word);
            }
            else
            {
                var read = word.StartsWith("--", StringComparison.Ordinal)
                    ? LongOption(word, rest, rows)
                    : Bundle(word, rest, rows);
                foreach (var (row, value) in read)
                {
                    if (row is Flag { Informs: true })
                        return [row.Dashed];
                    options.Add(value is null ? row.Dashed : $"{row.Dashed}={value}");
                }
            }
        }

        return operands.Count == 0 ? options : [.. options, "--", .. operands];
    }

    private static IEnumerable<(OptionRow Row, string? Value)> LongOption(
        string word, IEnumerator<string> rest, IReadOnlyList<OptionRow> rows)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? word : word[..equals];
        var row = rows.FirstOrDefault(row => row.Dashed == name) ?? throw Refused($"unknown option '{name}'");
        if (row.ValueName is not null)
            yield return (row, NotEmpty(row, equals < 0 ? Next(row, rest) : word[(equals + 1)..]));
        else if (equals < 0)
            yield return (row, null);
        else if (row is Flag { Word: { } only } && word[(equals + 1)..] == only)
            yield return (row, only);
        else
            throw Refused($"{row.Dashed} takes no value, but was given '{word[(equals + 1)..]}'");
    }

    private static IEnumerable<(OptionRow Row, string? Value)> Bundle(
        string word, IEnumerator<string> rest, IReadOnlyList<OptionRow> rows)
    {
        for (var at = 1; at < word.Length; at++)
        {
            var letter = word[at];
            var row = rows.FirstOrDefault(row => row.Letter == letter)
                ?? throw Refused($"unknown option '-{letter}'" + (word.Length == 2 ? "" : $" in '{word}'"));
            if (row.ValueName is null)
            {
                yield return (row, null);
                continue;
            }

            yield return (row, NotEmpty(row, at + 1 < word.Length ? word[(at + 1)..] : Next(row, rest)));
            yield break;
        }
    }

    // Whatever comes next is the value, also when it begins with a dash.
    private static string Next(OptionRow row, IEnumerator<string> rest) =>
        rest.MoveNext() ? rest.Current : throw NeedsValue(row);

    // System.CommandLine drops an empty value without a word, so that an earlier one would win.
    private static string NotEmpty(OptionRow row, string value) => value.Length > 0 ? value : throw NeedsValue(row);

    private static CommandException NeedsValue(OptionRow row) =>
        Refused($"{row.Names} needs a value: {row.Dashed}={row.ValueName}");

    private static CommandException Refused(string message) => new(ExitStatus.Usage, message);
}
