using System.Text;

namespace ProcImage.CommandLine;

/// <summary>
/// Where a command writes. Write to <paramref name="Output"/> rather than to <see cref="Console"/>, which
/// swallows a broken pipe.
/// </summary>
public sealed record CommandConsole(TextWriter Output, TextWriter Error)
{
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Standard output, and standard error, of which nobody needs to hear that it cannot be written.</summary>
    public static CommandConsole Standard { get; } = new(
        Descriptor(DescriptorStream.Inherited(1)), Descriptor(DescriptorStream.Inherited(2), isOptional: true));

    internal static TextWriter Descriptor(int descriptor, bool isOptional = false) => TextWriter.Synchronized(
        new StreamWriter(new DescriptorStream(descriptor, isOptional), _utf8) { AutoFlush = true });
}
