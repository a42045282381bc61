using System.Globalization;

namespace ProcImage.Loading;

/// <summary>
/// What the loader tells itself when it starts again: descriptors that stay open, and what it has found.
/// </summary>
/// <param name="Lock">Descriptor that holds the lock of the pin directory.</param>
/// <param name="Adopted">Whether the kernel side was another loader's.</param>
/// <param name="Elapsed">How long it took to get it.</param>
/// <param name="IdleCost">As far as it could be measured.</param>
/// <param name="KernelSymbols">Descriptor of /proc/kallsyms, as one with CAP_SYSLOG reads it.</param>
/// <param name="Programs">Descriptors of the programs by hook, where those could be had.</param>
internal sealed record Handover(
    int Lock,
    bool Adopted,
    TimeSpan Elapsed,
    IdleCost IdleCost,
    int? KernelSymbols,
    IReadOnlyDictionary<string, int> Programs)
{
    public const string Variable = "PROC_IMAGE_HANDOVER";

    /// <summary>A value that hands over nothing: this process holds its signals back.</summary>
    public const string Begun = "begun";

    private const string LockField = "lock";
    private const string AdoptedField = "adopted";
    private const string ElapsedField = "ms";
    private const string CallCostField = "call_ns";
    private const string SwitchCostField = "switch_ns";
    private const string SymbolsField = "kallsyms";

    /// <summary>Whether this process has started itself again.</summary>
    public static bool HasBegun => Environment.GetEnvironmentVariable(Variable) is not null;

    /// <summary>Null when there is nothing yet.</summary>
    public static Handover? Find() =>
        Environment.GetEnvironmentVariable(Variable) is { } text ? Parse(text) : null;

    /// <summary>Null of a text that is none of ours.</summary>
    public static Handover? Parse(string text)
    {
        var fields = text.Split(' ')
            .Select(field => field.Split('=', 2))
            .Where(pair => pair.Length == 2 && IsNumber(pair[1]))
            .GroupBy(pair => pair[0])
            .ToDictionary(group => group.Key, group => Number(group.First()[1]));
        if (!fields.Remove(LockField, out var held)
            || !fields.Remove(AdoptedField, out var adopted)
            || !fields.Remove(ElapsedField, out var elapsed))
            return null;
        var cost = new IdleCost(
            fields.Remove(CallCostField, out var call) ? call : null,
            fields.Remove(SwitchCostField, out var switching) ? switching : null);
        int? symbols = fields.Remove(SymbolsField, out var file) ? (int)file : null;
        return new Handover(
            (int)held, adopted != 0, TimeSpan.FromMilliseconds(elapsed), cost, symbols,
            fields.ToDictionary(field => field.Key, field => (int)field.Value));
    }

    public override string ToString() => string.Join(' ', Fields().Select(
        field => string.Create(CultureInfo.InvariantCulture, $"{field.Name}={field.Value:0.###}")));

    private IEnumerable<(string Name, double Value)> Fields() =>
    [
        (LockField, Lock),
        (AdoptedField, Adopted ? 1 : 0),
        (ElapsedField, Elapsed.TotalMilliseconds),
        .. IdleCost.PerCall is { } call ? [(CallCostField, call)] : Array.Empty<(string, double)>(),
        .. IdleCost.PerSwitch is { } switching ? [(SwitchCostField, switching)] : Array.Empty<(string, double)>(),
        .. KernelSymbols is { } symbols ? [(SymbolsField, symbols)] : Array.Empty<(string, double)>(),
        .. Programs.Select(program => (program.Key, (double)program.Value)),
    ];

    private static bool IsNumber(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number < 1e9;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
