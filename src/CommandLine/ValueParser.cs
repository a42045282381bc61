namespace ProcImage.CommandLine;

/// <summary>
/// Turns the text given to an option into its value, or throws a <see cref="CommandException"/> that names
/// the option and says what it takes.
/// </summary>
public delegate T ValueParser<out T>(string option, string text);
