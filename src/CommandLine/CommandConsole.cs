using System.Text;

namespace ProcImage.CommandLine;

/// <summary>
/// Where a command writes. Write to <paramref name="Output"/> rather than to <see cref="Console"/>, which
/// swallows a broken pipe.
/// </summary>
public sealed record CommandConsole(TextWriter Output, TextWriter Error)
{
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static CommandConsole Standard { get; } = new(Descriptor(1), Console.Error);

    internal static TextWriter Descriptor(int descriptor) =>
        TextWriter.Synchronized(new StreamWriter(new DescriptorStream(descriptor), _utf8) { AutoFlush = true });
}
