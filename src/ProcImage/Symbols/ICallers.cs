namespace ProcImage.Symbols;

/// <summary>What the code of a process says of who has called it.</summary>
internal interface ICallers
{
    /// <param name="address">Of an instruction.</param>
    CallerStep StepAt(ulong address);

    /// <summary>Whether the instruction before that address is a call.</summary>
    bool IsBehindCall(ulong address);
}
