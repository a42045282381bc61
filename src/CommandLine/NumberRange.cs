using System.Globalization;

namespace ProcImage.CommandLine;

/// <summary>Whole numbers in decimal digits and nothing else: no sign, no space, no suffix.</summary>
public sealed record NumberRange(uint Lowest, uint Highest, string? Unit = null)
{
    public uint Parse(string option, string text)
    {
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= Lowest
            && number <= Highest)
        {
            return number;
        }

        throw new CommandException(ExitStatus.Usage, $"{option} must be {this}, not '{text}'");
    }

    public override string ToString()
    {
        var between = Highest - Lowest == 1 ? "or" : "to";
        var unit = Unit is null ? "" : " " + Unit;
        return string.Create(CultureInfo.InvariantCulture, $"{Lowest} {between} {Highest}{unit}");
    }
}
