using System.Globalization;

namespace ProcImage.Imaging;

/// <summary>Numbers and names that the kernel's headers had where this program was built.</summary>
internal static class HeaderNames
{
    /// <param name="resource">Embedded: a line each, 'NUMBER NAME'.</param>
    public static Dictionary<int, string> Load(string resource)
    {
        using var stream = typeof(HeaderNames).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not embedded in this program");
        using var reader = new StreamReader(stream);
        var names = new Dictionary<int, string>();
        while (reader.ReadLine() is { } line)
        {
            var blank = line.IndexOf(' ', StringComparison.Ordinal);
            // Of two names of one number the first: newer headers may have more of those.
            names.TryAdd(int.Parse(line.AsSpan(0, blank), CultureInfo.InvariantCulture), line[(blank + 1)..]);
        }

        return names;
    }
}
