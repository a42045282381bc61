using ProcImage.Abi;
using ProcImage.CommandLine;

namespace ProcImage;

/// <summary>What the loader was asked to do.</summary>
public sealed record LoaderOptions
{
    /// <summary>The images to preload; none only together with <see cref="Check"/>, which then covers all.</summary>
    public required ImageSet Images { get; init; }

    /// <summary>Whether the images were asked for as 'all there are' rather than by name.</summary>
    public required bool All { get; init; }

    public required ListenAddress Listen { get; init; }

    /// <summary>How long the dead stay visible.</summary>
    public required TimeSpan Linger { get; init; }

    public required int MaxSeries { get; init; }

    public required string Bpffs { get; init; }

    /// <summary>Nothing is attached before a policy needs it.</summary>
    public required bool Standby { get; init; }

    /// <summary>Leave everything in place at the end, for the next loader.</summary>
    public required bool Keep { get; init; }

    /// <summary>Name or gid of the group that may write policies; null for none.</summary>
    public required string? Group { get; init; }

    public required bool Quiet { get; init; }

    public required bool Check { get; init; }
}
