namespace ProcImage.Imaging;

/// <summary>What is still to be told of a life: of its slices, and of where it blocks.</summary>
public enum LifeState
{
    /// <summary>It has no portrait: not yet, or not any more.</summary>
    Unknown,
    Imaged,

    /// <summary>It has ended, or its times by state are imaged no more.</summary>
    Over,
}
