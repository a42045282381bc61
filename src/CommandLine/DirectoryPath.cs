namespace ProcImage.CommandLine;

/// <summary>An absolute path. A relative one would mean another place for each process that reads it.</summary>
internal static class DirectoryPath
{
    public static string Parse(string option, string text) => text.StartsWith('/')
        ? Path.TrimEndingDirectorySeparator(text)
        : throw new CommandException(ExitStatus.Usage, $"{option} must be an absolute path, not '{text}'");
}
