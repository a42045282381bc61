namespace ProcImage.Abi;

/// <summary>What follows a record, as far as its <see cref="PartFlag"/> has it.</summary>
public struct RecordParts
{
    public ScheduleStats Schedule;
    public KeytimeStats Keytime;
    public DeathCause Cause;

    /// <summary>Figures of both together.</summary>
    public static RecordParts Add(in RecordParts a, in RecordParts b) => new()
    {
        Schedule = ScheduleStats.Add(a.Schedule, b.Schedule),
        Keytime = KeytimeStats.Add(a.Keytime, b.Keytime),
    };
}
