{
 "$asm.manifest": "http://purl.allotrope.org/manifests/spectrophotometry/BENCHLING/2023/12/spectrophotometry.manifest",
 "spectrophotometry aggregate document": {
  "data system document": {
   "file name": "export",
   "software name": "Reader",
   "software version": "1.2",
   "ASM converter name": "allotropy_x",
   "ASM converter version": "0.1"
  },
  "spectrophotometry document": [
   {
    "measurement aggregate document": {
     "measurement document": [
      {
       "measurement identifier": "one",
       "sample document": {
        "sample identifier": "EV batch 7",
        "custom information document": {
         "qubit tube concentration": {
          "value": 106.0,
          "unit": "ng/mL"
         },
         "original sample concentration": {
          "value": 21.2,
          "unit": "ng/µL"
         }
        }
       },
       "device control aggregate document": {
        "device control document": [
         {
          "device type": "detector",
          "custom information document": {
           "dilution factor": {
            "value": 200.0,
            "unit": "(unitless)"
           }
          }
         }
        ]
       },
       "fluorescence": {
        "value": 5615.1,
        "unit": "RFU"
       }
      }
     ],
     "experiment type": "RNA High Sensitivity"
    }
   }
  ]
 }
}
