namespace ProcImage.CommandLine;

/// <summary>The answer of a command that has changed something.</summary>
public static class Outcome
{
    /// <summary>What is done stays done where the answer cannot be printed: then standard error says both.</summary>
    /// <exception cref="CommandException">Standard output cannot be written.</exception>
    public static void Tell(this TextWriter output, params IReadOnlyList<string> lines)
    {
        try
        {
            foreach (var line in lines)
                output.WriteLine(line);
        }
        catch (OutputException broken)
        {
            throw new CommandException(
                ExitStatus.Failed, $"{string.Join("; ", lines)}; this is done, but {broken.Message}", broken);
        }
    }
}
