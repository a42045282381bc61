using ProcImage.CommandLine;

namespace ProcImage.Imaging;

/// <summary>What goes wrong again and again is said once, in one line. By one thread at a time.</summary>
internal sealed class Complaints(TextWriter errors)
{
    private const int Most = 100;

    private readonly HashSet<string> _said = [];

    /// <param name="what">Has gone wrong.</param>
    /// <param name="of">Goes before it, and may be another one each time.</param>
    public void Say(string what, string of = "")
    {
        if (_said.Count < Most && _said.Add(what))
            errors.WriteLine($"proc_image: {of}{OneLine.Of(what)}");
    }
}
