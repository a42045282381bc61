namespace ProcImage.CommandLine;

/// <summary>Options that the help shows together.</summary>
public sealed record OptionGroup(string Title, params IReadOnlyList<OptionRow> Rows);
