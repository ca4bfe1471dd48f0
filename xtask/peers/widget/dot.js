// The least page with Innovatrics' element; only its size is measured.
import "@innovatrics/dot-face-auto-capture";
