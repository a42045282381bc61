namespace ProcImage.Abi;

/// <summary>What follows a record, as far as its <see cref="PartFlag"/> has it.</summary>
public readonly record struct RecordParts(Histogram Schedule, KeytimeStats Keytime, DeathCause Cause)
{
    /// <summary>Figures of both together, and the cause of the first: that of a process.</summary>
    public static RecordParts Add(in RecordParts a, in RecordParts b) =>
        new(Histogram.Add(a.Schedule, b.Schedule), KeytimeStats.Add(a.Keytime, b.Keytime), a.Cause);
}
