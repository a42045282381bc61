using System.Globalization;
using System.Numerics;
using System.Text;

namespace ProcImage.Tests.Fuzz;

/// <summary>Command lines, most of them nearly right.</summary>
public sealed class CommandLines
{
    private static readonly string[] _values =
    [
        "0", "1", "2", "50", "51", "-1", "+1", "1e3", "0x10", "007", "4194304", "4194305", "4294967295", "4294967296",
        "99999999999999999999", "", " ", "-", "--", "-r", "--pid", "/", "/sys/fs/bpf/x", "none", "127.0.0.1:0", "٣",
        "a=b", "=", "%s%n", "$(id)", "@file", "[suggest]", "\0", "\r\n", "\u001b[2J", "\u2028", "\ud800", "é", "ﬀ",
    ];

    private readonly string[] _flags;
    private readonly string[] _valued;

    private CommandLines(string flags, string valued)
    {
        _flags = flags.Split(' ');
        _valued = valued.Split(' ');
    }

    public static CommandLines Loader { get; } = new(
        "-a -k -l -r -s -S -? -V --all --keytime --lock --resource --syscall --schedule --standby --keep --quiet --check --help --usage "
        + "--version",
        "--linger --max-series --group --bpffs --listen");

    public static CommandLines Controller { get; } = new(
        "-a -d -f -l -r -S -m -? -V --activate --deactivate --finish --lock --resource --schedule --myproc --follow --status "
        + "--json --help --usage --version",
        "-p -P -c -k -s -t --pid --tgid --cpuid --keytime --syscall --time --bpffs");

    public string[] Line(Random random)
    {
        var words = new List<string>();
        for (int left = random.Next(7); left > 0; left--)
            AddWord(random, words);
        return [.. words];
    }

    /// <summary>A number for an option, and whether it is one of those that the option takes.</summary>
    public static (string Option, string Text, bool IsGood) Number(Random random)
    {
        var (option, lowest, highest) = random.Pick(new (string, uint, uint)[]
        {
            ("-p", 1, 4_194_304), ("-P", 1, 4_194_304), ("--tgid=", 1, 4_194_304), ("-k", 0, 1), ("-s", 1, 50),
            ("--syscall=", 1, 50), ("-t", 0, uint.MaxValue), ("--time=", 0, uint.MaxValue),
        });
        string text = random.Next(4) switch
        {
            0 => random.Pick(_values),
            1 => $"{random.NextInt64(-3, 4) + random.Pick(new long[] { lowest, highest })}",
            2 => $"{random.NextInt64(-10, 1L << random.Next(1, 62))}",
            _ => new string([.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => (char)random.Next('0', '9' + 1))]),
        };
        bool isGood = text.Length > 0 && text.All(char.IsAsciiDigit)
            && BigInteger.Parse(text, CultureInfo.InvariantCulture) is var number
            && number >= lowest && number <= highest;
        return (option, text, isGood);
    }

    private void AddWord(Random random, List<string> words)
    {
        switch (random.Next(8))
        {
            case 0 or 1:
                words.Add(random.Pick(_flags));
                break;
            case 2:
                words.Add(random.Pick(_valued));
                words.Add(random.Pick(_values));
                break;
            case 3:
                words.Add(random.Pick(_valued) + (random.Chance(0.5) ? "=" : "") + random.Pick(_values));
                break;
            case 4:
                words.Add("-");
                for (int left = random.Next(6); left > 0; left--)
                    words[^1] += random.Pick(_flags)[^1];
                break;
            case 5:
                words.Add(random.Pick(_values));
                break;
            case 6:
                words.Add(Garbage(random));
                break;
            default:
                words.Add(random.Pick(_flags).Insert(random.Next(2), random.Pick(_values)));
                break;
        }
    }

    private static string Garbage(Random random)
    {
        int length = random.Chance(0.05) ? 50_000 : random.Next(20);
        var text = new StringBuilder(random.Chance(0.5) ? "--" : "");
        while (text.Length < length)
            text.Append((char)random.Next(random.Chance(0.5) ? 128 : 0x10000));
        return text.ToString();
    }
}
