namespace ProcImage.Imaging;

/// <summary>How things stand with the ledger of a life.</summary>
public enum LifeState
{
    /// <summary>There is no portrait of it, or not yet.</summary>
    Unknown,

    Imaged,

    /// <summary>Nothing more will be added to what it has spent: it has ended, or its ledger has.</summary>
    Over,
}
